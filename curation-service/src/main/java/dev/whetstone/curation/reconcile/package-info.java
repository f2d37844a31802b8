/** The one loop that looks at rows and moves what is due. */
@NullMarked
package dev.whetstone.curation.reconcile;

import org.jspecify.annotations.NullMarked;
