/** The registry of loops: declares them by REST or from files, and publishes them. */
@NullMarked
package dev.whetstone.eval.registry;

import org.jspecify.annotations.NullMarked;
