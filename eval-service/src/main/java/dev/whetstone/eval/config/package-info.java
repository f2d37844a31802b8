/** Configuration of the service. */
@NullMarked
package dev.whetstone.eval.config;

import org.jspecify.annotations.NullMarked;
