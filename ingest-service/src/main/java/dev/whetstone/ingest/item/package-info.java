/** What one interaction or piece of feedback must look like; free of frameworks. */
@NullMarked
package dev.whetstone.ingest.item;

import org.jspecify.annotations.NullMarked;
