/** The HTTP resources, their answers and their problems. */
@NullMarked
package dev.whetstone.ingest.rest;

import org.jspecify.annotations.NullMarked;
