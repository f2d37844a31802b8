/** What the services say to each other. Nothing here knows a framework. */
@NullMarked
package dev.whetstone.contracts;

import org.jspecify.annotations.NullMarked;
