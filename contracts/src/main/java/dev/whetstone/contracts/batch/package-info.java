/** The files of a sealed batch in the object store: manifest, rows and lineage. */
@NullMarked
package dev.whetstone.contracts.batch;

import org.jspecify.annotations.NullMarked;
