/** The simulated product app and its end users. */
@NullMarked
package dev.whetstone.demo.traffic;

import org.jspecify.annotations.NullMarked;
