/** What a restored database must know of its life before the restore. */
@NullMarked
package dev.whetstone.eval.epoch;

import org.jspecify.annotations.NullMarked;
