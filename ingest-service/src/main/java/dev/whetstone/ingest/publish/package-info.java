/** The way to Kafka: nothing is accepted before the broker acknowledged it. */
@NullMarked
package dev.whetstone.ingest.publish;

import org.jspecify.annotations.NullMarked;
