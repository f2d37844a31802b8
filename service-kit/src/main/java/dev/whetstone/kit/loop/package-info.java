/** Loop files, their defaults, and the loops a service knows. */
@NullMarked
package dev.whetstone.kit.loop;

import org.jspecify.annotations.NullMarked;
