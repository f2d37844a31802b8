/** Settings of the training service. */
@NullMarked
package dev.whetstone.training.config;

import org.jspecify.annotations.NullMarked;
