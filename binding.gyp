# The native backend: one addon, and one static library of the same kernels per SIMD target. native/src/dispatch.cc picks one at load.
#
# The flags in 'exact' are half of the promise that every target and the JavaScript reference agree in every bit: no contraction except where
# a kernel says fma, no reassociation, no fast-math. They stand in each target, not in target_defaults, so that they come after node's own
# flags on the command line and win.
{
  'variables': {
    'exact': [
      '-std=c++17', '-O3', '-ffp-contract=off', '-fno-fast-math', '-fno-math-errno', '-fno-trapping-math',
      '-fno-exceptions', '-fno-rtti', '-fno-lto', '-fvisibility=hidden',
    ],
    'avx2': ['-mavx2', '-mfma'],
    'avx512': ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mfma', '-mprefer-vector-width=512'],
    # HAVE_* tells dispatch.cc which kernel tables are linked; nothing else may decide that.
    'have_x64': ['GANGLION_HAVE_AVX2', 'GANGLION_HAVE_AVX512'],
    'have_x64_msvc': ['GANGLION_HAVE_AVX2'],
    'have_arm64': ['GANGLION_HAVE_NEON'],
  },
  'target_defaults': {
    'include_dirs': ['native/include', 'native'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'GCC_OPTIMIZATION_LEVEL': '3',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
    },
    'msvs_settings': {
      'VCCLCompilerTool': {
        'Optimization': 2,
        'FloatingPointModel': 0,
        'WholeProgramOptimization': 'false',
        'AdditionalOptions': ['/std:c++17', '/fp:precise', '/fp:contract-'],
      },
    },
  },
  'targets': [
    {
      'target_name': 'kernels_baseline',
      'type': 'static_library',
      'sources': ['native/targets/baseline.cc'],
      'cflags_cc': ['<@(exact)'],
      'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['<@(exact)']},
    },
    {
      'target_name': 'ganglion',
      'sources': [
        'native/src/addon.cc', 'native/src/program.cc', 'native/src/learner.cc', 'native/src/dispatch.cc', 'native/src/realtime.cc',
        'native/src/realtime-binding.cc',
      ],
      'include_dirs': ['<!(node -p "require(\'node-addon-api\').include_dir")'],
      'dependencies': ['kernels_baseline'],
      'defines': ['NAPI_VERSION=8', 'NAPI_DISABLE_CPP_EXCEPTIONS', 'NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED'],
      'cflags_cc': ['<@(exact)'],
      'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['<@(exact)']},
      'ldflags': ['-fno-lto', '-pthread'],
      'conditions': [
        ['target_arch=="x64" and OS!="win"', {'dependencies': ['kernels_avx2', 'kernels_avx512'], 'defines': ['<@(have_x64)']}],
        ['target_arch=="x64" and OS=="win"', {'dependencies': ['kernels_avx2'], 'defines': ['<@(have_x64_msvc)']}],
        ['target_arch=="arm64" and OS!="win"', {'dependencies': ['kernels_neon'], 'defines': ['<@(have_arm64)']}],
      ],
    },
  ],
  'conditions': [
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'kernels_avx2',
          'type': 'static_library',
          'sources': ['native/targets/avx2.cc'],
          'cflags_cc': ['<@(exact)', '<@(avx2)'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['<@(exact)', '<@(avx2)']},
          'msvs_settings': {'VCCLCompilerTool': {'EnableEnhancedInstructionSet': '5'}},
        },
      ],
    }],
    ['target_arch=="x64" and OS!="win"', {
      'targets': [
        {
          'target_name': 'kernels_avx512',
          'type': 'static_library',
          'sources': ['native/targets/avx512.cc'],
          'cflags_cc': ['<@(exact)', '<@(avx512)'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['<@(exact)', '<@(avx512)']},
        },
      ],
    }],
    ['target_arch=="arm64" and OS!="win"', {
      'targets': [
        {
          'target_name': 'kernels_neon',
          'type': 'static_library',
          'sources': ['native/targets/neon.cc'],
          'cflags_cc': ['<@(exact)'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['<@(exact)']},
        },
      ],
    }],
  ],
}
