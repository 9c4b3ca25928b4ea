# How a plugin of this tree is built, from its sources to the file that the host opens.

# The SDK is headers only: what a plugin author gets, and all that a plugin may see of us.
add_library(aiproject_sdk INTERFACE)
target_include_directories(aiproject_sdk INTERFACE ${CMAKE_CURRENT_LIST_DIR})

set(AIPROJECT_PLUGIN_DIR ${CMAKE_BINARY_DIR}/plugins-built)

# aiproject_module(NAME SOURCES a.cpp ... [LINKS target ...]): a loadable NAME.so that exports one
# symbol and leaves none undefined.
function(aiproject_module name)
    cmake_parse_arguments(PARSE_ARGV 1 plugin "" "" "SOURCES;LINKS")
    add_library(${name} MODULE ${plugin_SOURCES})
    target_link_libraries(${name} PRIVATE aiproject_sdk ${plugin_LINKS})
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
    set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/template/exports.map)
    # A sanitizer leaves its runtime's symbols to the program, so they are undefined here.
    target_link_options(${name} PRIVATE -Wl,--version-script=${exports})
    if(NOT AIPROJECT_SANITIZE)
        target_link_options(${name} PRIVATE -Wl,--no-undefined)
    endif()
    set_target_properties(${name} PROPERTIES PREFIX "" LINK_DEPENDS ${exports})
endfunction()

# aiproject_model_plugin(NAME ...): a module that is built into the plugin folder and installed.
function(aiproject_model_plugin name)
    aiproject_module(${name} ${ARGN})
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${AIPROJECT_PLUGIN_DIR})
    install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_LIBDIR}/aiproject/plugins)
endfunction()
