/** The CloudEvents envelope of an event: attributes, type and data. */
@NullMarked
package dev.whetstone.contracts.envelope;

import org.jspecify.annotations.NullMarked;
