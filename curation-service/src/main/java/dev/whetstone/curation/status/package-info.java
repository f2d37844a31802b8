/** The REST resources that show a loop's curation and take requests for it. */
@NullMarked
package dev.whetstone.curation.status;

import org.jspecify.annotations.NullMarked;
