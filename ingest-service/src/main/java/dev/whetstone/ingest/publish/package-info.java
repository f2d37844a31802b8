/** Publishing to Kafka: nothing is accepted before the broker has acknowledged it. */
@NullMarked
package dev.whetstone.ingest.publish;

import org.jspecify.annotations.NullMarked;
