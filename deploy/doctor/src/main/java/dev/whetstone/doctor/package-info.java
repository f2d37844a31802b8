/** {@code ./whetstone doctor}: checks an installation and says what is wrong and how to fix it. */
@NullMarked
package dev.whetstone.doctor;

import org.jspecify.annotations.NullMarked;
