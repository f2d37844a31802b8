/** Drives runs and attempts from the rows in the database. */
@NullMarked
package dev.whetstone.training.reconcile;

import org.jspecify.annotations.NullMarked;
