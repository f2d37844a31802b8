/** What operators watch. */
@NullMarked
package dev.whetstone.curation.metrics;

import org.jspecify.annotations.NullMarked;
