/** Readiness checks that every service has: what it depends on, by name and with the remedy. */
@NullMarked
package dev.whetstone.kit.readiness;

import org.jspecify.annotations.NullMarked;
