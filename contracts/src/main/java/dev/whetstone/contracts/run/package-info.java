/** What training says to the GPU worker and what the worker says back. */
@NullMarked
package dev.whetstone.contracts.run;

import org.jspecify.annotations.NullMarked;
