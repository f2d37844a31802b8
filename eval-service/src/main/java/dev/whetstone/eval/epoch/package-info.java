/** Numbers that were published before the database was restored from a backup. */
@NullMarked
package dev.whetstone.eval.epoch;

import org.jspecify.annotations.NullMarked;
