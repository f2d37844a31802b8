/** Deletes what evaluations leave behind, by age and in bounded chunks. */
@NullMarked
package dev.whetstone.eval.retention;

import org.jspecify.annotations.NullMarked;
