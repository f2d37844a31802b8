/** The toy world that the questions of the demo are about. */
@NullMarked
package dev.whetstone.demo.world;

import org.jspecify.annotations.NullMarked;
