/** The reconciler: observes workers and the object store outside transactions, decides by pure rules
 * and moves runs and attempts in short transactions. */
@NullMarked
package dev.whetstone.training.reconcile;

import org.jspecify.annotations.NullMarked;
