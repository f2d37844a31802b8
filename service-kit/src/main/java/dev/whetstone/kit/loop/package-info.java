/** Loop files, their defaults, and the declarations that a service has received. */
@NullMarked
package dev.whetstone.kit.loop;

import org.jspecify.annotations.NullMarked;
