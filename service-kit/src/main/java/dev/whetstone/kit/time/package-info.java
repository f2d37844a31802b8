/** Time that a test can turn, and database time for leases. */
@NullMarked
package dev.whetstone.kit.time;

import org.jspecify.annotations.NullMarked;
