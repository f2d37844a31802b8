/** Every event that crosses a service boundary, one record each. */
@NullMarked
package dev.whetstone.contracts.event;

import org.jspecify.annotations.NullMarked;
