/** What waits for a person to look at. */
@NullMarked
package dev.whetstone.curation.quarantine;

import org.jspecify.annotations.NullMarked;
