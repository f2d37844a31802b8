/** CloudEvents in Kafka records: attributes in headers, JSON in the value. */
@NullMarked
package dev.whetstone.kit.event;

import org.jspecify.annotations.NullMarked;
