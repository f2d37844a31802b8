/** When a batch is sealed, and how far away that is. Pure. */
@NullMarked
package dev.whetstone.curation.seal;

import org.jspecify.annotations.NullMarked;
