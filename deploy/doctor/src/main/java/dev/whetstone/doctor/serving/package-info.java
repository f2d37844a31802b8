/** Checks of the model servers that loops name. */
@NullMarked
package dev.whetstone.doctor.serving;

import org.jspecify.annotations.NullMarked;
