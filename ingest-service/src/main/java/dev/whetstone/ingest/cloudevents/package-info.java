/** Reads CloudEvents 1.0 from apps and trusted producers, in binary and structured mode. */
@NullMarked
package dev.whetstone.ingest.cloudevents;

import org.jspecify.annotations.NullMarked;
