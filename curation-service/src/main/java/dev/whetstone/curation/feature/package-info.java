/** Values derived from examples' content that are recorded between cuts. Pure. */
@NullMarked
package dev.whetstone.curation.feature;

import org.jspecify.annotations.NullMarked;
