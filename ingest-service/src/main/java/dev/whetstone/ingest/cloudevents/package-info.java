/** CloudEvents 1.0 as apps and trusted producers send them, in binary and structured mode. */
@NullMarked
package dev.whetstone.ingest.cloudevents;

import org.jspecify.annotations.NullMarked;
