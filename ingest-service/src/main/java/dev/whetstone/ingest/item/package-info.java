/** Validation of one interaction or piece of feedback; uses no framework. */
@NullMarked
package dev.whetstone.ingest.item;

import org.jspecify.annotations.NullMarked;
