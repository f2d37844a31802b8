/** The injected clock, its test double, and the database clock for leases. */
@NullMarked
package dev.whetstone.kit.time;

import org.jspecify.annotations.NullMarked;
