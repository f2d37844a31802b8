/** Writes the container images of the project without a registry and without a container engine. */
@NullMarked
package dev.whetstone.images;

import org.jspecify.annotations.NullMarked;
