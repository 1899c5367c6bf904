// erf in float32 and the inverse of erf in both float types. The inverse follows Giles,
// "Approximating the erfinv function" (GPU Computing Gems, 2011), with the coefficients and the
// order of operations that XLA uses, so that normals drawn from equal bits agree with JAX's.
// Largest error of erf, over all floats: 1.1 units in the last place.
#ifndef ERROR_FUNCTION_H
#define ERROR_FUNCTION_H

#include "exponential.h"
#include "logarithm.h"

#include <math.h>

/// Below 0.93 an odd polynomial, beyond 1 - exp(-t - t q(t)), which is 1 from 4 on.
INLINE float error_function(float x) {
  const float u = x * x;
  float p = 7.99665e-5f;
  p = p * u - 8.0497697e-4f;
  p = p * u + 5.192405e-3f;
  p = p * u - 2.6855731e-2f;
  p = p * u + 1.1283626e-1f;
  p = p * u - 3.761263e-1f;
  p = p * u + 1.2837917e-1f;
  const float t = fabsf(x) > 4 ? 4 : fabsf(x);
  float q = 1.1230377e-5f;
  q = q * t - 3.227959e-4f;
  q = q * t + 3.6424329e-3f;
  q = q * t - 2.3762021e-2f;
  q = q * t + 1.06236845e-1f;
  q = q * t + 6.351513e-1f;
  q = q * t + 1.2864849e-1f;
  const float far = copysignf(1 - exponential(-(q * t + t)), x);
  return fabsf(x) < 0.93f ? p * x + x : far;
}

/// The polynomial with these coefficients, highest power first.
#define POLYNOMIAL(type, w, ...)                                                      \
  ({                                                                                  \
    const type coefficients[] = {__VA_ARGS__};                                        \
    type sum = coefficients[0];                                                       \
    _Pragma("unroll") for (size_t i = 1; i < sizeof coefficients / sizeof(type); i++) \
      sum = sum * (w) + coefficients[i];                                              \
    sum;                                                                              \
  })

/// Where |x| is near 1, the rounding of x * x decides the last digits: it is part of the method.
INLINE float inverse_error_function(float x) {
  const float w = -logarithm_of_one_plus(-x * x);
  const float near = POLYNOMIAL(
    float, w - 2.5f, 2.81022636e-08f, 3.43273939e-07f, -3.5233877e-06f, -4.39150654e-06f,
    0.00021858087f, -0.00125372503f, -0.00417768164f, 0.246640727f, 1.50140941f);
  const float far = POLYNOMIAL(
    float, sqrtf(w) - 3, -0.000200214257f, 0.000100950558f, 0.00134934322f, -0.00367342844f,
    0.00573950773f, -0.0076224613f, 0.00943887047f, 1.00167406f, 2.83297682f);
  return fabsf(x) == 1 ? x * INFINITY : (w < 5 ? near : far) * x;
}

/// Relative error 5e-16. Close to 1 the product under the logarithm is exact; 1 - x * x is not.
static double inverse_error_function_float64(double x) {
  const double w = -log((1 - x) * (1 + x));
  double factor;
  if (w < 6.25) {
    factor = POLYNOMIAL(
      double, w - 3.125, -3.6444120640178196996e-21, -1.685059138182016589e-19,
      1.2858480715256400167e-18, 1.115787767802518096e-17, -1.333171662854620906e-16,
      2.0972767875968561637e-17, 6.6376381343583238325e-15, -4.0545662729752068639e-14,
      -8.1519341976054721522e-14, 2.6335093153082322977e-12, -1.2975133253453532498e-11,
      -5.4154120542946279317e-11, 1.051212273321532285e-09, -4.1126339803469836976e-09,
      -2.9070369957882005086e-08, 4.2347877827932403518e-07, -1.3654692000834678645e-06,
      -1.3882523362786468719e-05, 0.0001867342080340571352, -0.00074070253416626697512,
      -0.0060336708714301490533, 0.24015818242558961693, 1.6536545626831027356);
  } else if (w < 16) {
    factor = POLYNOMIAL(
      double, sqrt(w) - 3.25, 2.2137376921775787049e-09, 9.0756561938885390979e-08,
      -2.7517406297064545428e-07, 1.8239629214389227755e-08, 1.5027403968909827627e-06,
      -4.013867526981545969e-06, 2.9234449089955446044e-06, 1.2475304481671778723e-05,
      -4.7318229009055733981e-05, 6.8284851459573175448e-05, 2.4031110387097893999e-05,
      -0.0003550375203628474796, 0.00095328937973738049703, -0.0016882755560235047313,
      0.0024914420961078508066, -0.0037512085075692412107, 0.005370914553590063617,
      1.0052589676941592334, 3.0838856104922207635);
  } else {
    factor = POLYNOMIAL(
      double, sqrt(w) - 5, -2.7109920616438573243e-11, -2.5556418169965252055e-10,
      1.5076572693500548083e-09, -3.7894654401267369937e-09, 7.6157012080783393804e-09,
      -1.4960026627149240478e-08, 2.9147953450901080826e-08, -6.7711997758452339498e-08,
      2.2900482228026654717e-07, -9.9298272942317002539e-07, 4.5260625972231537039e-06,
      -1.9681778105531670567e-05, 7.5995277030017761139e-05, -0.00021503011930044477347,
      -0.00013871931833623122026, 1.0103004648645343977, 4.8499064014085844221);
  }
  return fabs(x) == 1 ? x * INFINITY : factor * x;
}

#endif
