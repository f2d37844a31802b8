/** A finished adapter offered for judging, as it lies in the object store. */
@NullMarked
package dev.whetstone.contracts.checkpoint;

import org.jspecify.annotations.NullMarked;
