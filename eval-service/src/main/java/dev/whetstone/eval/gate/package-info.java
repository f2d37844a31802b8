/** Gates: what paired scores say about one thing that must be better, or not worse. */
@NullMarked
package dev.whetstone.eval.gate;

import org.jspecify.annotations.NullMarked;
