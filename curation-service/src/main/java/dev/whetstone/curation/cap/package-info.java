/** Bounds the feedback that one response can collect. */
@NullMarked
package dev.whetstone.curation.cap;

import org.jspecify.annotations.NullMarked;
