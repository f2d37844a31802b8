/** The whole system from outside: processes, HTTP, topics and the object store. */
@NullMarked
package dev.whetstone.system;

import org.jspecify.annotations.NullMarked;
