/** Events of trusted producers that come over Kafka. */
@NullMarked
package dev.whetstone.ingest.intake;

import org.jspecify.annotations.NullMarked;
