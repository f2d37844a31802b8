/** Checks of the object store. */
@NullMarked
package dev.whetstone.doctor.store;

import org.jspecify.annotations.NullMarked;
