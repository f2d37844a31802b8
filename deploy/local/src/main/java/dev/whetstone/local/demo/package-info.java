/** The demo: a simulated product app and its end users drive one loop on the live services. */
@NullMarked
package dev.whetstone.local.demo;

import org.jspecify.annotations.NullMarked;
