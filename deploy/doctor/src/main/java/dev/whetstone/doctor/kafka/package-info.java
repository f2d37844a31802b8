/** Checks of the broker and its topics. */
@NullMarked
package dev.whetstone.doctor.kafka;

import org.jspecify.annotations.NullMarked;
