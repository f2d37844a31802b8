/** What comes in from Kafka. */
@NullMarked
package dev.whetstone.curation.intake;

import org.jspecify.annotations.NullMarked;
