/**
 * The reconciler moves runs and attempts by looking at rows, never at events.
 *
 * <p>{@link RunReconciler} gives each unfinished run a virtual thread. On it {@link RunStepper}
 * reads the run's rows, and {@link AttemptWatcher} or {@link AttemptStarter} observes the compute
 * engine and the object store. No transaction is open then. A pure rule decides, for attempts
 * {@link dev.whetstone.training.attempt.AttemptRule}. {@link RunMoveApplier} locks and reads the
 * rows again in a short transaction and writes the move, unless the rows changed since: then the
 * move is dropped and the next step decides anew.
 *
 * <p>Several services may reconcile the same rows, and each may be killed at any line. Reads and
 * calls to the store can be repeated. A move is written once, because the second of two equal moves
 * finds changed rows. {@link WorkerLauncher} claims a launch in the attempt's row before it calls
 * the engine, so that the stored token is that of the worker; the engine itself starts at most one
 * worker per attempt and host. A claim whose answer was never recorded is not taken over, because
 * its worker may run on another host: the attempt ends, and the next has another fence.
 */
@NullMarked
package dev.whetstone.training.reconcile;

import org.jspecify.annotations.NullMarked;
