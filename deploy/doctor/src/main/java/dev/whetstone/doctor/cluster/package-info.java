/** Checks of the cluster on which training runs workers as Jobs. */
@NullMarked
package dev.whetstone.doctor.cluster;

import org.jspecify.annotations.NullMarked;
