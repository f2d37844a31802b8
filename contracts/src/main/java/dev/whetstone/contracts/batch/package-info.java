/** A sealed batch as it lies in the object store: manifest, rows and lineage. */
@NullMarked
package dev.whetstone.contracts.batch;

import org.jspecify.annotations.NullMarked;
