/** Events of trusted producers over Kafka. */
@NullMarked
package dev.whetstone.ingest.intake;

import org.jspecify.annotations.NullMarked;
